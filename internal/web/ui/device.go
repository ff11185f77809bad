package ui

import (
	"context"
	"encoding/json"
)

// HeldForm is what somebody sent whose session had ended. Values is empty when files came with it.
type HeldForm struct {
	Action string
	Values []HeldValue
}

// HeldValue is one value of a form.
type HeldValue struct{ Name, Value string }

// deviceWords are what the script says that keeps forms on the device: the part after "device." of each key.
var deviceWords = []string{"restored", "anew", "unsent", "unsent-open", "filling", "waits", "waiting", "refused", "why", "session", "session-open", "sign-in", "look", "sent", "open", "full", "leave"}

// wordsOnDevice are the messages for the script as JSON.
func wordsOnDevice(ctx context.Context) string {
	words := map[string]string{}
	for _, w := range deviceWords {
		words[w] = T(ctx, "device."+w)
	}
	b, err := json.Marshal(words)
	if err != nil {
		panic(err) // a map of texts can be written
	}
	return string(b)
}

// onDevice is the person whose forms the page may keep on the device, "" for a stranger and for a page that is itself kept.
func onDevice(c *Chrome) string {
	if c.Person == nil {
		return ""
	}
	return c.Person.ID
}
