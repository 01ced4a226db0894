package api

import (
	"context"
	"crypto/sha256"
	"time"

	"tamga/documents/people"
)

// enrolling is one of the ways in which a person opens or changes an account.
type enrolling func(context.Context, people.Enrolment) (people.Person, error)

// passwordLimiter limits wrong passwords: of one client on one account, of one client on
// all, and of everybody on one account. The last lets strangers shut out the password of
// an account for a while, which has the key besides; without it a crowd could guess on.
type passwordLimiter struct {
	guesses guessLimiter
	account *limiter
}

func newPasswordLimiter(l Limits, now func() time.Time) passwordLimiter {
	guesses := l
	guesses.GuessesPerPair, guesses.GuessesPerClient = l.PasswordsPerPair, l.PasswordsPerClient
	return passwordLimiter{newGuessLimiter(guesses, now), newLimiter(l.PasswordsPerAccount, l.GuessWindow, now)}
}

// take counts a password before it is looked at; giveBack is to be called when it was
// none that somebody guessed. Numbers are kept as digests alone.
func (p passwordLimiter) take(client, number string) (giveBack func(), wait time.Duration, ok bool) {
	sum := sha256.Sum256([]byte(people.Account(number)))
	account := string(sum[:])
	if wait, ok := p.account.take(account); !ok {
		return nil, wait, false
	}
	own, wait, ok := p.guesses.take(client, account)
	if !ok {
		p.account.giveBack(account)
		return nil, wait, false
	}
	return func() {
		own()
		p.account.giveBack(account)
	}, 0, true
}
