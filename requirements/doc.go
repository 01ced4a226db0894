// Package requirements holds the thirty requirements that the regulations make and that
// can be tested, R01 to R30, as a test each, named so: TestRequirementR07 is R07. They
// ask a running service over HTTP, under the editions of the law that make the
// requirement, and look into the data of the law where that is what is required.
package requirements
