package store

// The pauses between the attempts of a job, and the lease of one.
const (
	FirstPause   = firstPause
	LongestPause = longestPause
	JobLease     = jobLease
)
