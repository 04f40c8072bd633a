"""Planning: from the violations of one file to the edits that end them."""
