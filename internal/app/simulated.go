package app

// AsSimulated marks a draft as simulated: its record says so on every page.
func AsSimulated(d Draft) Draft { d.simulated = true; return d }
