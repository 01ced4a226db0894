package store

// The pauses between the attempts of a job.
const (
	FirstPause   = firstPause
	LongestPause = longestPause
)
