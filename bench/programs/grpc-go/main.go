// The smallest core that can be written on grpc-go: tokens, health and reflection as a Go service
// has them, and of the protocol what the honest peers of an attack do.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seabird-chat/seabird-go/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"
)

const (
	// What core's limits of the same kind are.
	maxStreams = 1024
	queued     = 16384
	timeout    = 10 * time.Second
)

type backend struct {
	kind, id string
	requests chan *pb.ChatRequest
}

type core struct {
	pb.UnimplementedSeabirdServer
	pb.UnimplementedChatIngestServer
	mu       sync.Mutex
	streams  map[chan *pb.Event]bool
	commands map[string]*pb.CommandMetadata
	backends map[string]*backend
	pending  map[string]chan *pb.ChatEvent
	lastID   atomic.Uint64
}

func (c *core) publish(event *pb.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for stream := range c.streams {
		select {
		case stream <- event:
		default: // Too far behind.
		}
	}
}

func (c *core) StreamEvents(request *pb.StreamEventsRequest, server pb.Seabird_StreamEventsServer) error {
	events := make(chan *pb.Event, queued)
	c.mu.Lock()
	c.streams[events] = true
	for name, command := range request.Commands {
		c.commands[name] = command
	}
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.streams, events)
		for name := range request.Commands {
			delete(c.commands, name)
		}
	}()
	if err := server.SendHeader(metadata.MD{}); err != nil {
		return err
	}
	for {
		select {
		case event := <-events:
			if err := server.Send(event); err != nil {
				return err
			}
		case <-server.Context().Done():
			return server.Context().Err()
		}
	}
}

func (c *core) GetCoreInfo(context.Context, *pb.CoreInfoRequest) (*pb.CoreInfoResponse, error) {
	return &pb.CoreInfoResponse{CurrentTimestamp: uint64(time.Now().Unix())}, nil
}

func (c *core) RegisteredCommands(context.Context, *pb.CommandsRequest) (*pb.CommandsResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	commands := make(map[string]*pb.CommandMetadata, len(c.commands))
	for name, command := range c.commands {
		commands[name] = command
	}
	return &pb.CommandsResponse{Commands: commands}, nil
}

func (c *core) SendMessage(ctx context.Context, request *pb.SendMessageRequest) (*pb.SendMessageResponse, error) {
	c.publish(&pb.Event{Inner: &pb.Event_SendMessage{SendMessage: &pb.SendMessageEvent{
		Sender: "bench", ChannelId: request.ChannelId, Text: request.Text, RootBlock: request.RootBlock,
	}}, Tags: request.Tags})
	name, relative, _ := cutLast(request.ChannelId)
	id := strconv.FormatUint(c.lastID.Add(1), 10)
	answer := make(chan *pb.ChatEvent, 1)
	c.mu.Lock()
	to := c.backends[name]
	if to != nil {
		c.pending[id] = answer
	}
	c.mu.Unlock()
	if to == nil {
		return nil, status.Error(codes.NotFound, "unknown backend")
	}
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.pending, id)
	}()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	asked := &pb.ChatRequest{Id: id, Inner: &pb.ChatRequest_SendMessage{SendMessage: &pb.SendMessageChatRequest{
		ChannelId: relative, Text: request.Text, RootBlock: request.RootBlock, Tags: request.Tags,
	}}}
	select {
	case to.requests <- asked:
	case <-ctx.Done():
		return nil, status.FromContextError(ctx.Err()).Err()
	}
	select {
	case event := <-answer:
		if _, ok := event.Inner.(*pb.ChatEvent_Success); !ok {
			return nil, status.Error(codes.Internal, "unexpected chat event")
		}
		return &pb.SendMessageResponse{}, nil
	case <-ctx.Done():
		return nil, status.FromContextError(ctx.Err()).Err()
	}
}

// "irc://id/%23channel": the backend, and the channel as it calls it.
func cutLast(id string) (string, string, error) {
	at := strings.LastIndexByte(id, '/')
	if at < 0 {
		return "", "", errors.New("no id")
	}
	relative, err := url.PathUnescape(id[at+1:])
	return id[:at], relative, err
}

func (c *core) IngestEvents(server pb.ChatIngest_IngestEventsServer) error {
	first, err := server.Recv()
	if err != nil {
		return status.Error(codes.InvalidArgument, "no hello")
	}
	info := first.GetHello().GetBackendInfo()
	if info == nil {
		return status.Error(codes.InvalidArgument, "the first event must be hello")
	}
	me := &backend{kind: info.Type, id: info.Id, requests: make(chan *pb.ChatRequest, queued)}
	name := me.kind + "://" + me.id
	c.mu.Lock()
	c.backends[name] = me
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.backends[name] == me {
			delete(c.backends, name)
		}
	}()
	if err := server.SendHeader(metadata.MD{}); err != nil {
		return err
	}
	ctx := server.Context()
	go func() {
		for {
			select {
			case request := <-me.requests:
				if server.Send(request) != nil {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		event, err := server.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		c.take(name, event)
	}
}

func (c *core) take(name string, event *pb.ChatEvent) {
	if event.Id != "" {
		c.mu.Lock()
		answer := c.pending[event.Id]
		delete(c.pending, event.Id)
		c.mu.Unlock()
		if answer != nil {
			answer <- event
		}
	}
	message := event.GetMessage()
	if message == nil {
		return
	}
	if source := message.Source; source != nil {
		source.ChannelId = name + "/" + url.PathEscape(source.ChannelId)
		if source.User != nil {
			source.User.Id = name + "/" + url.PathEscape(source.User.Id)
		}
	}
	c.publish(&pb.Event{Inner: &pb.Event_Message{Message: message}, Tags: event.Tags})
}

func checkToken(ctx context.Context, method string, tokens map[string]bool) error {
	if strings.HasPrefix(method, "/grpc.health.v1.Health/") {
		return nil
	}
	given, _ := metadata.FromIncomingContext(ctx)
	header := strings.Join(given.Get("authorization"), "")
	if token, ok := strings.CutPrefix(header, "Bearer "); ok && tokens[token] {
		return nil
	}
	return status.Error(codes.Unauthenticated, "invalid auth token")
}

func main() {
	tokens := map[string]bool{}
	for token := range strings.SplitSeq(os.Getenv("BENCH_TOKENS"), ",") {
		tokens[token] = true
	}
	server := grpc.NewServer(
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.UnaryInterceptor(func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			if err := checkToken(ctx, info.FullMethod, tokens); err != nil {
				return nil, err
			}
			return handler(ctx, request)
		}),
		grpc.StreamInterceptor(func(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
			if err := checkToken(stream.Context(), info.FullMethod, tokens); err != nil {
				return err
			}
			return handler(service, stream)
		}),
	)
	mine := &core{
		streams:  map[chan *pb.Event]bool{},
		commands: map[string]*pb.CommandMetadata{},
		backends: map[string]*backend{},
		pending:  map[string]chan *pb.ChatEvent{},
	}
	pb.RegisterSeabirdServer(server, mine)
	pb.RegisterChatIngestServer(server, mine)
	healthpb.RegisterHealthServer(server, health.NewServer())
	reflection.Register(server)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("listening http://%s\n", listener.Addr())
	if err := server.Serve(listener); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
