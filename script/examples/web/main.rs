//! A web server whose requests are handled by scripts: each puts a job into the queue `"jobs"` and answers 200. A worker
//! script, in an environment of its own, does the jobs. The monitor can attach while it runs:
//!
//! ```text
//! cargo run -p named-sync-rhai --example web -- 60        # serves for a minute
//! curl -d "some words" localhost:PORT                     # the port is printed
//! syncmon                                                 # in another terminal
//! ```

#[path = "../host/mod.rs"]
mod host;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::{Router, routing::post};
use host::Host;
use rhai::{AST, Engine, Scope};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

fn main() -> Result<(), Box<dyn Error>> {
    let seconds = std::env::args().nth(1).map_or(Ok(0), |seconds| seconds.parse())?;
    let site = Site::open()?;
    let _agent = syncmon::agent::serve(Arc::clone(site.host.registry()))?;
    println!("http://{}, process {}", site.address, std::process::id());
    for text in ["one", "two words", "and three more"] {
        println!("{text:?}: {}", site.post(text)?);
    }
    std::thread::sleep(Duration::from_secs(seconds));
    let [requests, done, words] = site.close()?;
    println!("{requests} requests, {done} jobs done, {words} words");
    Ok(())
}

/// A server, with a worker in the background.
struct Site {
    host: Host,
    address: SocketAddr,
    _runtime: Runtime,
}

impl Site {
    fn open() -> Result<Self, Box<dyn Error>> {
        let host = Host::default();
        host.start("worker.rhai", include_str!("worker.rhai"));
        let mut engine = Engine::new();
        named_sync_rhai::register(&mut engine, Arc::clone(host.registry()));
        let mut handler = engine.compile(include_str!("handler.rhai"))?;
        handler.set_source("handler.rhai");
        let (engine, handler) = (Arc::new(engine), Arc::new(handler));
        let answer = move |text: String| {
            let (engine, handler) = (Arc::clone(&engine), Arc::clone(&handler));
            async move {
                // A script may block, which a task must not.
                tokio::task::spawn_blocking(move || handle(&engine, &handler, text))
                    .await
                    .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
        };
        let runtime = Runtime::new()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let router = Router::new().route("/", post(answer));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { host, address, _runtime: runtime })
    }

    /// Posts a job, and gives the status of the answer.
    fn post(&self, text: &str) -> Result<u16, ureq::Error> {
        let answer = ureq::post(format!("http://{}/", self.address)).send(text)?;
        Ok(answer.status().as_u16())
    }

    /// Lets the worker come to its end. How many requests there were, jobs done, and words in them.
    fn close(self) -> Result<[i64; 3], Box<dyn Error>> {
        let registry = self.host.registry();
        registry.queue::<named_sync_rhai::Value>("jobs", 0)?.close();
        self.host.join()?;
        Ok(["requests", "jobs done", "words"].map(|name| registry.atomic(name, 0).get()))
    }
}

/// What a script answers to a request.
fn handle(engine: &Engine, handler: &AST, text: String) -> StatusCode {
    let answer = engine.call_fn::<i64>(&mut Scope::new(), handler, "handle", (text,));
    answer
        .inspect_err(|error| eprintln!("{error}"))
        .ok()
        .and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[test]
fn requests_are_answered_at_once_and_their_jobs_are_done_by_the_worker_and_the_monitor_sees_it() {
    let site = Site::open().unwrap();
    let socket = std::env::temp_dir().join(format!("named-sync-web-{}.sock", std::process::id()));
    let _agent = syncmon::agent::serve_at(Arc::clone(site.host.registry()), &socket).unwrap();
    std::thread::scope(|clients| {
        for client in 0..4 {
            let site = &site;
            clients.spawn(move || {
                for number in 0..50 {
                    assert_eq!(site.post(&format!("job {number} of {client}")).unwrap(), 200);
                }
            });
        }
    });
    // The worker waits for the next job once it has done all, and the monitor tells where.
    let is_idle = || {
        let snapshot = syncmon::client::snapshot(&socket).unwrap();
        let mut rows = snapshot.rows.iter();
        let jobs = rows.find(|row| row.id.name == "jobs").expect("the queue is there");
        jobs.blocked.iter().any(|blocked| blocked.location.to_string() == "worker.rhai:5")
    };
    let start = std::time::Instant::now();
    while !is_idle() {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(site.close().unwrap(), [200, 200, 800]);
}
