package main

import (
	"context"
	"time"

	seabird "github.com/seabird-chat/seabird-go"
	"github.com/seabird-chat/seabird-go/pb"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// pass decodes an order's body, makes the call and gives its response.
func pass[Request, Response proto.Message](
	ctx context.Context,
	o order,
	request Request,
	call func(context.Context, Request, ...grpc.CallOption) (Response, error),
) (proto.Message, error) {
	if err := protojson.Unmarshal(o.Body, request); err != nil {
		return nil, err
	}
	response, err := call(ctx, request)
	if err != nil {
		return nil, err
	}
	return response, nil
}

// everyBlock has all 14 kinds, made by the library's constructors.
func everyBlock() []*pb.Block {
	return []*pb.Block{
		seabird.NewTextBlock("text "),
		seabird.NewItalicsBlock(seabird.NewTextBlock("italics ")),
		seabird.NewBoldBlock(
			seabird.NewTextBlock("bold "),
			seabird.NewUnderlineBlock(seabird.NewTextBlock("underline ")),
		),
		seabird.NewStrikethroughBlock(seabird.NewTextBlock("strikethrough ")),
		seabird.NewInlineCodeBlock("code "),
		seabird.NewFencedCodeBlock("rust", "fenced "),
		seabird.NewSpoilerBlock(seabird.NewTextBlock("spoiler ")),
		seabird.NewListBlock(seabird.NewTextBlock("one"), seabird.NewTextBlock("two")),
		seabird.NewLinkBlock("https://x.y", seabird.NewTextBlock("link")),
		seabird.NewBlockquoteBlock(seabird.NewTextBlock("quote ")),
		seabird.NewTimestampBlock(time.Unix(0, 0)),
		seabird.NewContainerBlock(seabird.NewTextBlock("a"), seabird.NewTextBlock("b")),
		seabird.NewHeadingBlock(2, seabird.NewTextBlock("heading")),
	}
}
