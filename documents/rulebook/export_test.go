package rulebook

// What tests need of this package.
var ErrOvertaken = errOvertaken
