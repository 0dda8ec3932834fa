"""The main job of `make run`: real purchases, sent by bus and HTTP as a shop's own systems would send them."""
