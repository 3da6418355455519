"""The mapping from an application in an environment to everything that will exist: pure, local, deterministic."""
