"""The doors of all services: everything that comes in by HTTP or by the bus."""
