"""The cloud on one machine: DigitalOcean's API emulated, with a real control plane, databases and object store behind it."""
