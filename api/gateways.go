package api

import (
	"github.com/labstack/echo/v4"

	"tamga/documents/gateways"
)

// gatewayRoutes are those of the state systems, and of the demonstration's own.
func (v *service) gatewayRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	get("/v1/gateways", v.gatewayStates)
	get("/v1/applications/:application/payment", v.payments)
	e.POST("/v1/applications/:application/payment", v.pay)
	get("/v1/applications/:application/consent", v.consent)
	e.POST("/v1/applications/:application/consent", v.decideConsent)
	if v.Inbox != nil {
		e.POST("/v1/gateway/messages", v.takeMessage(gateways.FormJSON))
		e.POST("/v1/gateway/soap", v.takeMessage(gateways.FormSOAP))
	}
	if v.DemoGateways != nil {
		e.POST("/demo/gateways/*", echo.WrapHandler(v.DemoGateways))
	}
}

// gatewayStates answers GET /v1/gateways: which state systems answer, and since when
// those that are away do not. It is beside readiness: applications that ask one wait,
// and the service goes on.
func (v *service) gatewayStates(c echo.Context) error {
	states := []gateways.State{}
	if v.Gateways != nil {
		states = v.Gateways()
	}
	return uncached(c, map[string]any{"gateways": states})
}
