"""A conversation in a terminal, or through a pipe: the same turns, in colours or plain."""
