// A plugin and a backend on the Go client module, driven by lines of JSON.
//
// One line in is one order, one line out is one thing that happened. The words are explained in
// ../client.ts.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	seabird "github.com/seabird-chat/seabird-go"
	"github.com/seabird-chat/seabird-go/pb"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

type order struct {
	ID      uint64          `json:"id"`
	Do      string          `json:"do"`
	Method  string          `json:"method"`
	Type    string          `json:"type"`
	Name    string          `json:"name"`
	Channel string          `json:"channel"`
	Text    string          `json:"text"`
	Body    json.RawMessage `json:"body"`
}

type line struct {
	ID      uint64          `json:"id"`
	What    string          `json:"what"`
	Body    json.RawMessage `json:"body,omitempty"`
	Code    int             `json:"code"`
	Message string          `json:"message"`
}

var output sync.Mutex

func say(l line) {
	output.Lock()
	defer output.Unlock()
	_ = json.NewEncoder(os.Stdout).Encode(l)
}

func sayEnd(id uint64, what string, err error) {
	if errors.Is(err, io.EOF) { // How grpc-go says that a stream ended well.
		err = nil
	}
	s := status.Convert(err)
	say(line{ID: id, What: what, Code: int(s.Code()), Message: s.Message()})
}

func sayMessage(id uint64, what string, m proto.Message) {
	body, err := protojson.Marshal(m)
	if err != nil {
		say(line{ID: id, What: "nonsense", Message: err.Error()})
		return
	}
	say(line{ID: id, What: what, Body: body})
}

// One open stream, whichever way it was opened; a member that it lacks is nil.
type open struct {
	push   func(*pb.ChatEvent) error
	finish func() error
	cancel func()
}

type program struct {
	plugin  *seabird.Client
	backend *seabird.ChatIngestClient
	mu      sync.Mutex
	open    map[uint64]open
}

func main() {
	url, token := os.Getenv("SEABIRD_URL"), os.Getenv("SEABIRD_TOKEN")
	plugin, err := seabird.NewClient(url, token)
	if err != nil {
		fatal(err)
	}
	backend, err := seabird.NewChatIngestClient(url, token)
	if err != nil {
		fatal(err)
	}
	p := &program{plugin: plugin, backend: backend, open: map[uint64]open{}}
	say(line{What: "ready"})
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		var o order
		if err := json.Unmarshal(in.Bytes(), &o); err != nil {
			say(line{What: "nonsense", Message: err.Error()})
			continue
		}
		p.obey(o)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func (p *program) obey(o order) {
	switch o.Do {
	case "events":
		go p.events(o)
	case "ingest":
		p.ingest(o)
	case "push":
		p.push(o)
	case "finish":
		if s := p.stream(o.ID); s.finish != nil {
			_ = s.finish()
		}
	case "cancel":
		if s := p.stream(o.ID); s.cancel != nil {
			s.cancel()
		}
	default:
		go p.answer(o)
	}
}

func (p *program) stream(id uint64) open {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open[id]
}

func (p *program) keep(id uint64, s open) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[id] = s
}

func (p *program) events(o order) {
	request := &pb.StreamEventsRequest{}
	if err := protojson.Unmarshal(o.Body, request); err != nil {
		sayEnd(o.ID, "end", err)
		return
	}
	stream, err := p.plugin.StreamEvents(request.Commands)
	if err != nil {
		sayEnd(o.ID, "end", err)
		return
	}
	// Close gives the error that closed C, or ends the stream and gives the error of that.
	var once sync.Once
	end := func() { once.Do(func() { sayEnd(o.ID, "end", stream.Close()) }) }
	p.keep(o.ID, open{cancel: end})
	for event := range stream.C {
		sayMessage(o.ID, "message", event)
	}
	end()
}

// With a type and a name the library says Hello; without, its inner stub is used as it is.
func (p *program) ingest(o order) {
	if o.Type == "" && o.Name == "" {
		p.rawIngest(o.ID)
		return
	}
	stream, err := p.backend.IngestEvents(o.Type, o.Name)
	if errors.Is(err, io.EOF) {
		// Core had refused the stream before its Hello was written. grpc-go keeps the reason for
		// whoever reads, and the library lets go of the stream unread: ask for it once more.
		p.rawIngest(o.ID)
		return
	}
	if err != nil {
		sayEnd(o.ID, "end", err)
		return
	}
	var once sync.Once
	end := func() { once.Do(func() { sayEnd(o.ID, "end", stream.Close()) }) }
	p.keep(o.ID, open{push: stream.Send, cancel: end})
	go func() {
		for request := range stream.C {
			sayMessage(o.ID, "message", request)
		}
		end()
	}()
}

func (p *program) rawIngest(id uint64) {
	ctx, cancel := context.WithCancel(context.Background())
	stream, err := p.backend.Inner.IngestEvents(ctx)
	if err != nil {
		cancel()
		sayEnd(id, "end", err)
		return
	}
	p.keep(id, open{push: stream.Send, finish: stream.CloseSend, cancel: cancel})
	go func() {
		defer cancel()
		if _, err := stream.Header(); err == nil {
			say(line{ID: id, What: "headers"})
		}
		for {
			request, err := stream.Recv()
			if err != nil {
				sayEnd(id, "end", err)
				return
			}
			sayMessage(id, "message", request)
		}
	}()
}

func (p *program) push(o order) {
	s := p.stream(o.ID)
	event := &pb.ChatEvent{}
	if err := protojson.Unmarshal(o.Body, event); err != nil {
		say(line{ID: o.ID, What: "nonsense", Message: err.Error()})
		return
	}
	if s.push != nil {
		// A stream that has ended takes nothing more; its end is reported by its reader.
		_ = s.push(event)
	}
}

func (p *program) answer(o order) {
	reply, err := p.call(o)
	if err != nil {
		sayEnd(o.ID, "error", err)
		return
	}
	if reply == nil {
		say(line{ID: o.ID, What: "answer", Body: json.RawMessage("{}")})
		return
	}
	sayMessage(o.ID, "answer", reply)
}

func (p *program) call(o order) (proto.Message, error) {
	source := &pb.ChannelSource{ChannelId: o.Channel, User: &pb.User{DisplayName: o.Name}}
	switch o.Do {
	case "reply":
		if o.Name != "" {
			return nil, p.plugin.MentionReply(source, o.Text)
		}
		return nil, p.plugin.Reply(source, o.Text)
	case "blocks":
		return nil, p.plugin.ReplyBlocks(source, everyBlock()...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return p.unary(ctx, o)
}

// unary calls the stub's method by its name.
func (p *program) unary(ctx context.Context, o order) (proto.Message, error) {
	stub := p.plugin.Inner
	switch o.Method {
	case "SendMessage":
		return pass(ctx, o, &pb.SendMessageRequest{}, stub.SendMessage)
	case "SendPrivateMessage":
		return pass(ctx, o, &pb.SendPrivateMessageRequest{}, stub.SendPrivateMessage)
	case "PerformAction":
		return pass(ctx, o, &pb.PerformActionRequest{}, stub.PerformAction)
	case "PerformPrivateAction":
		return pass(ctx, o, &pb.PerformPrivateActionRequest{}, stub.PerformPrivateAction)
	case "JoinChannel":
		return pass(ctx, o, &pb.JoinChannelRequest{}, stub.JoinChannel)
	case "LeaveChannel":
		return pass(ctx, o, &pb.LeaveChannelRequest{}, stub.LeaveChannel)
	case "UpdateChannelInfo":
		return pass(ctx, o, &pb.UpdateChannelInfoRequest{}, stub.UpdateChannelInfo)
	case "ListBackends":
		return pass(ctx, o, &pb.ListBackendsRequest{}, stub.ListBackends)
	case "GetBackendInfo":
		return pass(ctx, o, &pb.BackendInfoRequest{}, stub.GetBackendInfo)
	case "ListChannels":
		return pass(ctx, o, &pb.ListChannelsRequest{}, stub.ListChannels)
	case "GetChannelInfo":
		return pass(ctx, o, &pb.ChannelInfoRequest{}, stub.GetChannelInfo)
	case "GetCoreInfo":
		return pass(ctx, o, &pb.CoreInfoRequest{}, stub.GetCoreInfo)
	case "RegisteredCommands":
		return pass(ctx, o, &pb.CommandsRequest{}, stub.RegisteredCommands)
	}
	return nil, fmt.Errorf("no such method: %s", o.Method)
}
