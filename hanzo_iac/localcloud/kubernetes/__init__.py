"""A DOKS cluster on this machine: a real control plane, simulated nodes, and DigitalOcean's controllers beside it."""
