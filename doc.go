// Package tamga is empty: it holds the test that enforces the picture of
// ARCHITECTURE.md. The program is cmd/tamga.
package tamga
