"""Every number the README quotes: printed with its unit, never asserted. `make bench` runs them all."""
