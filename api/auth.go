package api

import (
	"strings"

	"github.com/labstack/echo/v4"

	"tamga/documents/store"
)

// bearer returns the key of an Authorization header (RFC 6750 section 2.1).
func bearer(c echo.Context) (secret string, given bool) {
	header := c.Request().Header.Get("Authorization")
	if header == "" {
		return "", false
	}
	const longest = 1 << 10
	scheme, secret, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || len(secret) > longest {
		return "", true
	}
	return strings.TrimSpace(secret), true
}

// authorise returns the client behind the bearer key of a request, if it has a
// right.
func (v *service) authorise(c echo.Context, scope string) (store.Client, error) {
	secret, given := bearer(c)
	if !given {
		return store.Client{}, errNoCredentials
	}
	client, err := v.Registry.Store.Client(contextOf(c), secret)
	if err != nil {
		return store.Client{}, err
	}
	c.Set(clientKey, client.ID)
	if !client.May(scope) {
		return store.Client{}, &fault{is: errScope, detail: scope}
	}
	return client, nil
}
