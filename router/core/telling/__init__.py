"""What is told to whom: messages, notices, lists, and what is kept from whom."""
