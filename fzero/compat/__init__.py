"""Other libraries' names on top of fzero: a program that moves over changes its imports only."""
