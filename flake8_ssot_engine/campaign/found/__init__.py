"""What reached an old name while tests ran: how it is seen, recorded and read."""
