"""A DOKS cluster on this machine: a real control plane, simulated nodes, and the controllers DigitalOcean runs beside it."""
