//! A plugin and a backend on the Rust client crate, driven by lines of JSON.
//!
//! One line in is one order, one line out is one thing that happened; messages are carried as
//! hex of their encoding, re-encoded from the client's own types, so that only what the client
//! understood comes through. The words are explained in `../client.ts`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use prost::Message;
use seabird::proto::seabird as pb;
use seabird::{Block, ChatIngestClient, ClientConfig, SeabirdClient};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Code, Status, Streaming};

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// What the program holds of one open stream.
struct Open {
    events: Option<mpsc::UnboundedSender<pb::ChatEvent>>,
    task: AbortHandle,
}

#[derive(Clone)]
struct Program {
    config: ClientConfig,
    open: Arc<Mutex<HashMap<u64, Open>>>,
}

fn main() -> Result<(), AnyError> {
    let config = ClientConfig {
        url: std::env::var("SEABIRD_URL")?,
        token: std::env::var("SEABIRD_TOKEN")?,
    };
    let program = Program { config, open: Arc::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(program.obey());
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(())
}

impl Program {
    async fn obey(self) {
        say(json!({ "id": 0, "what": "ready" }));
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let Ok(order) = serde_json::from_str::<Value>(&line) else {
                say(json!({ "id": 0, "what": "nonsense", "message": line }));
                continue;
            };
            let id = order["id"].as_u64().unwrap_or(0);
            match order["do"].as_str() {
                Some("events") => self.start(id, None, self.clone().events(id, order)),
                Some("ingest") => {
                    let (sender, receiver) = mpsc::unbounded_channel();
                    self.start(id, Some(sender), self.clone().ingest(id, receiver));
                }
                Some("push") => self.push(id, &order),
                Some("finish") => self.finish(id),
                Some("cancel") => self.cancel(id),
                _ => {
                    tokio::spawn(self.clone().answer(id, order));
                }
            }
        }
    }

    fn start<F>(&self, id: u64, events: Option<mpsc::UnboundedSender<pb::ChatEvent>>, work: F)
    where
        F: Future<Output = Result<(), AnyError>> + Send + 'static,
    {
        let task = tokio::spawn(async move {
            let status = work.await.err();
            say_end(id, status);
        });
        let open = Open { events, task: task.abort_handle() };
        self.open.lock().unwrap().insert(id, open);
    }

    async fn events(self, id: u64, order: Value) -> Result<(), AnyError> {
        let mut client = SeabirdClient::new(self.config).await?;
        let request = body::<pb::StreamEventsRequest>(&order)?;
        // This resolves with the response's headers, not with the first event.
        let stream = client.inner_mut_ref().stream_events(request).await?;
        follow(id, stream.into_inner()).await
    }

    async fn ingest(
        self,
        id: u64,
        events: mpsc::UnboundedReceiver<pb::ChatEvent>,
    ) -> Result<(), AnyError> {
        let mut client = ChatIngestClient::new(self.config).await?;
        let outgoing = UnboundedReceiverStream::new(events);
        let stream = client.inner_mut_ref().ingest_events(outgoing).await?;
        follow(id, stream.into_inner()).await
    }

    fn push(&self, id: u64, order: &Value) {
        let open = self.open.lock().unwrap();
        if let (Some(Open { events: Some(events), .. }), Ok(event)) = (open.get(&id), body(order)) {
            // A stream that has ended takes nothing more; its end was reported already.
            let _ = events.send(event);
        }
    }

    fn finish(&self, id: u64) {
        if let Some(open) = self.open.lock().unwrap().get_mut(&id) {
            open.events = None;
        }
    }

    fn cancel(&self, id: u64) {
        if let Some(open) = self.open.lock().unwrap().remove(&id) {
            open.task.abort();
            say(json!({ "id": id, "what": "end", "code": 1, "message": "cancelled by the client" }));
        }
    }

    async fn answer(self, id: u64, order: Value) {
        match self.call(&order).await {
            Ok(bytes) => say(json!({ "id": id, "what": "answer", "body": hex(&bytes) })),
            Err(error) => {
                let (code, message) = status_of(&error);
                say(json!({ "id": id, "what": "error", "code": code, "message": message }));
            }
        }
    }

    async fn call(self, order: &Value) -> Result<Vec<u8>, AnyError> {
        let mut client = SeabirdClient::new(self.config).await?;
        if order["do"] == "blocks" {
            let channel = order["channel"].as_str().unwrap_or_default();
            client.send_message(channel, every_block(), None).await?;
            return Ok(Vec::new());
        }
        if order["do"] == "reply" {
            let channel = order["channel"].as_str().unwrap_or_default();
            let text = order["text"].as_str().unwrap_or_default();
            let tags = HashMap::from([("proxy/skip".to_string(), "1".to_string())]);
            client.send_message(channel, text, Some(tags)).await?;
            return Ok(Vec::new());
        }
        let stub = client.inner_mut_ref();
        macro_rules! pass {
            ($rpc:ident) => {
                stub.$rpc(tonic::Request::new(body(order)?)).await?.into_inner().encode_to_vec()
            };
        }
        Ok(match order["method"].as_str().unwrap_or_default() {
            "SendMessage" => pass!(send_message),
            "SendPrivateMessage" => pass!(send_private_message),
            "PerformAction" => pass!(perform_action),
            "PerformPrivateAction" => pass!(perform_private_action),
            "JoinChannel" => pass!(join_channel),
            "LeaveChannel" => pass!(leave_channel),
            "UpdateChannelInfo" => pass!(update_channel_info),
            "ListBackends" => pass!(list_backends),
            "GetBackendInfo" => pass!(get_backend_info),
            "ListChannels" => pass!(list_channels),
            "GetChannelInfo" => pass!(get_channel_info),
            "GetCoreInfo" => pass!(get_core_info),
            "RegisteredCommands" => pass!(registered_commands),
            other => return Err(format!("no such method: {other}").into()),
        })
    }
}

async fn follow<M: Message>(id: u64, mut stream: Streaming<M>) -> Result<(), AnyError> {
    say(json!({ "id": id, "what": "headers" }));
    while let Some(message) = stream.message().await? {
        say(json!({ "id": id, "what": "message", "body": hex(&message.encode_to_vec()) }));
    }
    Ok(())
}

/// All 14 kinds, made by the crate's builder.
fn every_block() -> Block {
    Block::new()
        .text("text ")
        .italic("italics ")
        .bold(Block::new().text("bold ").underline("underline "))
        .strikethrough("strikethrough ")
        .inline_code("code ")
        .fenced_code("rust", "fenced ")
        .spoiler("spoiler ")
        .list(["one", "two"])
        .link("https://x.y", "link")
        .blockquote("quote ")
        .timestamp(SystemTime::UNIX_EPOCH)
        .container(["a", "b"])
        .heading(2, "heading")
}

fn body<M: Message + Default>(order: &Value) -> Result<M, AnyError> {
    Ok(M::decode(unhex(order["body"].as_str().unwrap_or_default())?.as_slice())?)
}

/// The gRPC status in an error, however deep the client has wrapped it.
fn status_of(error: &AnyError) -> (i32, String) {
    let mut inner: Option<&(dyn std::error::Error + 'static)> = Some(error.as_ref());
    while let Some(cause) = inner {
        if let Some(status) = cause.downcast_ref::<Status>() {
            return (status.code() as i32, status.message().to_string());
        }
        inner = cause.source();
    }
    (Code::Unknown as i32, format!("no status: {error:?}"))
}

fn say_end(id: u64, error: Option<AnyError>) {
    let (code, message) = error.as_ref().map_or((0, String::new()), status_of);
    say(json!({ "id": id, "what": "end", "code": code, "message": message }));
}

fn say(line: Value) {
    println!("{line}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Result<Vec<u8>, std::num::ParseIntError> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16)).collect()
}
