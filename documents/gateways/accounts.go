package gateways

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tamga/documents/store"
)

func (a Account) insert(ctx context.Context, tx *store.Tx, q BillRequest) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO payments (id, application, purpose, round, tenge, edition, client, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		a.ID, a.Application, a.Purpose, a.Round, a.Tenge, q.Rules.Version(), q.Client, store.Micros(a.AskedAt))
	if err != nil {
		return fmt.Errorf("failed to write the bill: %w", err)
	}
	return enter(ctx, tx, paymentRows, a.ID, store.Entered, a.AskedAt)
}

// connect writes down the payment that the gateway has opened for a bill.
func (a Account) connect(ctx context.Context, tx *store.Tx, p Payment, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE payments SET payment = $1, redirect = $2 WHERE id = $3`, p.ID, p.Redirect, a.ID)
	if err != nil {
		return fmt.Errorf("failed to write the payment: %w", err)
	}
	return enter(ctx, tx, paymentRows, a.ID, opened, at)
}

// add writes down a confirmation, here and in the register.
func (a *Account) add(ctx context.Context, tx *store.Tx, c *Confirmation) error {
	id := fmt.Sprintf("%s-%d", a.ID, c.Seq)
	_, err := tx.ExecContext(ctx, `INSERT INTO payment_confirmations (id, bill, seq, state, tenge, receipt, paid_at, how, message, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		id, a.ID, c.Seq, string(c.State), c.Tenge, c.Receipt, micros(c.PaidAt), string(c.How), c.Message, store.Micros(c.At))
	if err != nil {
		return fmt.Errorf("failed to write the confirmation: %w", err)
	}
	if err := tx.At(ctx, "confirmation written"); err != nil {
		return err
	}
	a.Confirmations = append(a.Confirmations, *c)
	return enter(ctx, tx, confirmationRows, id, store.Entered, c.At)
}

// Accounts returns the accounts of an application, by its id, in their order.
func Accounts(ctx context.Context, r store.Reader, application string) ([]Account, error) {
	return accounts(ctx, r, `application = $1`, application)
}

// account returns the one account that a condition chooses; without one it is
// [ErrPayment].
func account(ctx context.Context, r store.Reader, where, value string) (Account, error) {
	all, err := accounts(ctx, r, where, value)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%w: nobody has asked for it", ErrPayment)
	}
	if err != nil {
		return Account{}, err
	}
	return all[0], nil
}

func accounts(ctx context.Context, r store.Reader, where, value string) (all []Account, err error) {
	rows, err := r.QueryContext(ctx, `SELECT id, application, purpose, round, tenge, asked_at, payment, redirect FROM payments WHERE `+where+` ORDER BY round`, value)
	if err != nil {
		return nil, fmt.Errorf("failed to read the bills: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var a Account
		var asked int64
		if err := rows.Scan(&a.ID, &a.Application, &a.Purpose, &a.Round, &a.Tenge, &asked, &a.Payment, &a.Redirect); err != nil {
			return nil, fmt.Errorf("failed to read the bills: %w", err)
		}
		a.AskedAt = store.Time(asked)
		all = append(all, a)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("failed to read the bills: %w", err)
	}
	for i := range all {
		if all[i].Confirmations, err = confirmations(ctx, r, all[i].ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

const confirmationColumns = `seq, state, tenge, receipt, paid_at, how, message, at FROM payment_confirmations`

func scanConfirmation(scan func(...any) error, before ...any) (c Confirmation, err error) {
	var state, how string
	var paid, at int64
	err = scan(append(before, &c.Seq, &state, &c.Tenge, &c.Receipt, &paid, &how, &c.Message, &at)...)
	c.State, c.How, c.PaidAt, c.At = PaymentState(state), How(how), moment(paid), store.Time(at)
	return c, err
}

func confirmations(ctx context.Context, r store.Reader, bill string) (all []Confirmation, err error) {
	rows, err := r.QueryContext(ctx, `SELECT `+confirmationColumns+` WHERE bill = $1 ORDER BY seq`, bill)
	if err != nil {
		return nil, fmt.Errorf("failed to read the confirmations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		c, err := scanConfirmation(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("failed to read the confirmations: %w", err)
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// byReceipt returns the confirmation with a receipt and the id of its bill; "" for none.
func byReceipt(ctx context.Context, r store.Reader, receipt string) (bill string, c Confirmation, err error) {
	if receipt == "" {
		return "", c, nil
	}
	c, err = scanConfirmation(r.QueryRowContext(ctx, `SELECT bill, `+confirmationColumns+` WHERE receipt = $1`, receipt).Scan, &bill)
	if errors.Is(err, sql.ErrNoRows) {
		return "", c, nil
	}
	if err != nil {
		return "", c, fmt.Errorf("failed to look for the receipt: %w", err)
	}
	return bill, c, nil
}
