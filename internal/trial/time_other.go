//go:build !unix

package trial

import "time"

func processTime() time.Duration { return 0 }
