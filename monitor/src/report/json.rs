//! For programs: the rows as they travel, so there is one schema to know.

use crate::client::Snapshot;
use crate::hosts::Found;
use serde_json::{Value, json};

/// One object: `host`, `at_us` and `primitives`.
pub fn snapshot(snapshot: &Snapshot) -> String {
    let object =
        json!({ "host": snapshot.host, "at_us": snapshot.at_us, "primitives": snapshot.rows });
    format!("{object:#}\n")
}

/// An array with one object a host: `pid`, `socket`, and either `program`, `uptime_us` and `primitives`, or
/// `error`.
pub fn hosts(hosts: &[Found]) -> String {
    let object = |host: &Found| -> Value {
        let socket = host.socket.to_string_lossy();
        match &host.answer {
            Ok(answer) => json!({
                "pid": host.pid,
                "socket": socket,
                "program": answer.host.program,
                "uptime_us": answer.at_us,
                "primitives": answer.rows.len(),
            }),
            Err(reason) => json!({ "pid": host.pid, "socket": socket, "error": reason }),
        }
    };
    let hosts: Value = hosts.iter().map(object).collect();
    format!("{hosts:#}\n")
}
