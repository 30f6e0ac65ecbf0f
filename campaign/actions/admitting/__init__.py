"""On which terms a form is taken: what it costs a network, and which mails wait. Nobody is turned away."""
