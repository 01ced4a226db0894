package main

import (
	"context"
	"net/url"
	"strings"
	"time"

	"tamga/api"
	"tamga/documents/messages"
	post "tamga/documents/messages/demo"
	"tamga/documents/messages/gateway"
)

// messageFlags say which gateway brings messages to applicants.
type messageFlags struct {
	MessageGateway   string `name:"message-gateway" placeholder:"URL" help:"Gateway for messages by SMS and e-mail (docs/messages.md). Without it these wait, and say so; --demo has its own."`
	MessageTokenFile string `name:"message-token-file" placeholder:"FILE" help:"File whose first line is what the gateway knows us by."`
}

// How often messages are brought to the gateway, and documents are looked at for what is
// to be told of them.
const (
	tellEvery   = 2 * time.Second
	remindEvery = 15 * time.Minute
)

// demoMessagesPrefix is where the demonstration's gateway answers.
const demoMessagesPrefix = "/demo/messages"

// tell gives the service its messages.
func (f messageFlags) tell(c *console, s *service, address string) error {
	s.server.Messages = &messages.Book{Store: s.server.Registry.Store}
	if f.MessageGateway == "" && f.MessageTokenFile != "" {
		return usagef("--message-token-file: there is no --message-gateway")
	}
	if f.MessageGateway == "" && s.demo != nil {
		s.server.DemoMessages = &post.Gateway{Prefix: demoMessagesPrefix}
		s.server.Messages.Gateway = gateway.Client{Address: "http://" + address + demoMessagesPrefix}
	}
	if f.MessageGateway == "" {
		return nil
	}
	u, err := url.Parse(f.MessageGateway)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return usagef("--message-gateway: is no address such as https://sms.example/messages")
	}
	client := gateway.Client{Address: f.MessageGateway}
	if f.MessageTokenFile != "" {
		raw, err := c.read(f.MessageTokenFile, 1<<12)
		if err != nil {
			return err
		}
		client.Token, _, _ = strings.Cut(strings.TrimSpace(string(raw)), "\n")
	}
	s.server.Messages.Gateway = client
	return nil
}

// keepTelling brings messages to the gateway.
func keepTelling(ctx context.Context, s *api.Server) {
	every(ctx, tellEvery, func() {
		done, err := s.Messages.Deliver(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("messages that wait cannot be sent", "error", err)
		}
		if done > 0 {
			s.Log.Info("told", "messages", done)
		}
	})
}

// keepReminding tells of terms that end soon, and of suspensions that have ended: also at
// once, for the days when the service was away.
func keepReminding(ctx context.Context, s *api.Server) {
	remind := func() {
		told, err := s.Applications.Remind(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("reminders cannot be queued", "error", err)
		}
		if told > 0 {
			s.Log.Info("reminded", "documents", told)
		}
	}
	remind()
	every(ctx, remindEvery, remind)
}
