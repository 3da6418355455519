"""The `hanzo` command. Each module is one command group; heavy imports stand inside the functions that need them."""
