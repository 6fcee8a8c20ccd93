//! Watch a running program's named synchronization primitives.
//!
//! A host (a program that uses [`named_sync`]) starts the [`agent`]: one thread that listens on a Unix
//! socket. A viewer, usually the program `syncmon`, connects and asks what changed. The host does no
//! work for a viewer that is not there, and the agent answers while every other thread is stuck.
//!
//! ```no_run
//! # #[cfg(feature = "agent")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let _agent = syncmon::agent::serve(named_sync::global())?;
//! // ... the program's own work; `syncmon ls` on the same machine now finds it.
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "agent"))]
//! # fn main() {}
//! ```
//!
//! # Layers
//!
//! ```text
//!  host process                          viewer process
//!  ┌──────────────────────┐   socket    ┌───────────────────────────────────────┐
//!  │ Registry ──▶ agent   │◀──────────▶ │ client ──▶ model ──▶ app ──▶ view     │
//!  └──────────────────────┘    wire     │                ├───▶ headless         │
//!                                       │                └───▶ report           │
//!                                       └───────────────────────────────────────┘
//! ```
//!
//! | feature | modules | what it brings along |
//! | --- | --- | --- |
//! | `agent` | [`agent`], [`wire`], [`discover`] | serde, serde_json |
//! | `viewer` | [`wire`], [`discover`], `client`, `model`, `app`, `view`, `viewer`, `headless`, `recording`, `report` | ratatui, signal-hook, unicode-width, regex |
//! | both | `tui`: the viewer inside the host | |
//! | `cli` (default) | all of them, `config`, `demo`, and the program `syncmon` | clap, toml |
#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("syncmon speaks over Unix sockets, which this platform does not have");

#[cfg(feature = "agent")]
pub mod agent;
#[cfg(feature = "viewer")]
pub mod app;
#[cfg(feature = "viewer")]
pub mod client;
#[cfg(any(feature = "agent", feature = "viewer"))]
mod clock;
#[cfg(feature = "cli")]
pub mod config;
#[cfg(feature = "cli")]
pub mod demo;
#[cfg(any(feature = "agent", feature = "viewer"))]
pub mod discover;
pub mod escape;
#[cfg(feature = "viewer")]
pub mod headless;
#[cfg(feature = "viewer")]
pub mod hosts;
#[cfg(feature = "viewer")]
pub mod keys;
#[cfg(feature = "viewer")]
pub mod model;
#[cfg(feature = "viewer")]
pub mod recording;
#[cfg(feature = "viewer")]
pub mod report;
#[cfg(feature = "viewer")]
pub mod text;
#[cfg(all(feature = "agent", feature = "viewer"))]
pub mod tui;
#[cfg(feature = "viewer")]
pub mod view;
#[cfg(feature = "viewer")]
pub mod viewer;
#[cfg(any(feature = "agent", feature = "viewer"))]
pub mod wire;

/// The README's example is compiled and run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
