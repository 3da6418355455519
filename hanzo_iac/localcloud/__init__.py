"""The cloud on one machine: DigitalOcean's API emulated, with real servers behind it."""
