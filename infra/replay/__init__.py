"""Sends real purchases over the bus and HTTP, as a shop's own systems would send them."""
