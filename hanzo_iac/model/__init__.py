"""What the user wrote, as the tuple (S, R, C, E) of the paper's definition 1, and the environment it goes to."""
