package app

// SmallBatches makes transactions of imports small, for tests that stop between them.
func SmallBatches(n int) { batchSize = n }
