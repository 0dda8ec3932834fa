"""What must come out, worked out by brute force from the rules in words: no line of the services is called here."""
