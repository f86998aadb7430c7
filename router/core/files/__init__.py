"""Reading a file of any kind: its tables key by key, and why a value does not fit, in both languages."""
