"""A sweep of random inputs over every name that JAX has too, against JAX's stored results."""
