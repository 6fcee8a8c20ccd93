//! For scrapers: the OpenMetrics text format.
//!
//! Counters come from what the primitives count anyway, so a scrape costs the host one inspection.

use crate::client::Snapshot;
use crate::wire::{Operation, Row, State};
use std::fmt::Write;

/// What one family of samples is called and means.
struct Family {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    /// The samples of one row: extra labels (with a leading comma), and the value.
    samples: fn(&Row) -> Vec<(String, String)>,
}

const FAMILIES: &[Family] = &[
    Family {
        name: "named_sync_atomic_value",
        kind: "gauge",
        help: "Value of an atomic.",
        samples: |row| match row.state {
            State::Atomic { value } => one(value),
            _ => Vec::new(),
        },
    },
    Family {
        name: "named_sync_shared_replacements",
        kind: "counter",
        help: "How many times a shared value was replaced.",
        samples: |row| match row.state {
            State::Shared { version, .. } => one(version),
            _ => Vec::new(),
        },
    },
    Family {
        name: "named_sync_wait_group_outstanding",
        kind: "gauge",
        help: "How many done calls a wait group waits for.",
        samples: |row| match row.state {
            State::WaitGroup { count, .. } => one(count),
            _ => Vec::new(),
        },
    },
    Family {
        name: "named_sync_wait_group_rounds",
        kind: "counter",
        help: "How many times a wait group came back to zero.",
        samples: |row| match row.state {
            State::WaitGroup { generation, .. } => one(generation),
            _ => Vec::new(),
        },
    },
    Family {
        name: "named_sync_queue_items",
        kind: "gauge",
        help: "How many items a queue holds.",
        samples: |row| match row.state {
            State::Queue { size, .. } => one(size),
            _ => Vec::new(),
        },
    },
    Family {
        name: "named_sync_queue_capacity",
        kind: "gauge",
        help: "How many items a bounded queue may hold.",
        samples: |row| match row.state {
            State::Queue { capacity: Some(capacity), .. } => one(capacity),
            _ => Vec::new(),
        },
    },
    Family {
        name: "named_sync_queue_puts",
        kind: "counter",
        help: "How many items ever went into a queue.",
        samples: |row| match row.state {
            State::Queue { puts, .. } => one(puts),
            _ => Vec::new(),
        },
    },
    Family {
        name: "named_sync_queue_gets",
        kind: "counter",
        help: "How many items ever came out of a queue.",
        samples: |row| match row.state {
            State::Queue { gets, .. } => one(gets),
            _ => Vec::new(),
        },
    },
    Family {
        name: "named_sync_queue_closed",
        kind: "gauge",
        help: "1 if a queue was closed.",
        samples: |row| match row.state {
            State::Queue { closed, .. } => one(u8::from(closed)),
            _ => Vec::new(),
        },
    },
    Family {
        name: "named_sync_blocked",
        kind: "gauge",
        help: "How many threads and tasks are blocked, by operation.",
        samples: |row| {
            let blocked = |operation: Operation, count: u64| {
                (format!(",operation=\"{}\"", operation.label()), count.to_string())
            };
            match row.state {
                State::Queue { .. } => {
                    vec![blocked(Operation::Put, row.putters), blocked(Operation::Get, row.getters)]
                }
                State::WaitGroup { .. } => vec![blocked(Operation::Wait, row.waiters)],
                _ => Vec::new(),
            }
        },
    },
    Family {
        name: "named_sync_longest_blocked_seconds",
        kind: "gauge",
        help: "For how long the one who waits longest has been blocked; 0 if nobody is.",
        samples: |row| match row.state {
            State::Queue { .. } | State::WaitGroup { .. } => {
                let us = row.longest_us().unwrap_or(0);
                one(format!("{}.{:06}", us / 1_000_000, us % 1_000_000))
            }
            _ => Vec::new(),
        },
    },
];

fn one(value: impl ToString) -> Vec<(String, String)> {
    vec![(String::new(), value.to_string())]
}

/// A host as one exposition, from the first `# HELP` to `# EOF`.
pub fn snapshot(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    let host = &snapshot.host;
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "# HELP named_sync_host The process that was asked.\n# TYPE named_sync_host info\n\
         named_sync_host_info{{pid=\"{}\",program=\"{}\",library=\"{}\"}} 1",
        host.pid,
        label(&host.program),
        label(&host.library)
    );
    for family in FAMILIES {
        let samples: Vec<String> =
            snapshot.rows.iter().flat_map(|row| lines(family, row)).collect();
        if samples.is_empty() {
            continue;
        }
        let Family { name, kind, help, .. } = family;
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        if name.ends_with("_seconds") {
            let _ = writeln!(text, "# UNIT {name} seconds");
        }
        text.extend(samples);
    }
    text.push_str("# EOF\n");
    text
}

fn lines(family: &Family, row: &Row) -> Vec<String> {
    let suffix = if family.kind == "counter" { "_total" } else { "" };
    let name = label(&row.id.name);
    let line = |(labels, value): (String, String)| {
        format!(
            "{}{suffix}{{kind=\"{}\",name=\"{name}\"{labels}}} {value}\n",
            family.name,
            row.id.kind.label()
        )
    };
    (family.samples)(row).into_iter().map(line).collect()
}

/// A label's value. Control characters are escaped as on the screen, since this text is read on terminals, too;
/// then backslashes, quotes and newlines as the format wants it.
fn label(text: &str) -> String {
    crate::escape::escape(text).replace('\\', r"\\").replace('"', "\\\"")
}
