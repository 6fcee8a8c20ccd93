//! The models: a test executable of which each test explores one.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The executable that `cargo test` runs.
pub(crate) struct Models {
    executable: PathBuf,
    /// The name of each.
    pub(crate) names: Vec<String>,
    /// Changes when anything that was compiled changes.
    pub(crate) fingerprint: String,
    /// Where they keep how far they are, if they do.
    checkpoints: Option<PathBuf>,
}

/// What the line of a model says.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Explored {
    pub(crate) threads: u32,
    /// In all passes.
    pub(crate) executions: u64,
    /// Which executions these are.
    pub(crate) bound: String,
    pub(crate) outcomes: u32,
    pub(crate) seconds: f64,
}

/// How far models go whose exploration has a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Depth {
    /// Two preemptions at most.
    Quick,
    /// As the model says.
    Usual,
    /// Three preemptions at least.
    Full,
    /// The same, and what takes hours.
    Exhaustive,
}

impl Depth {
    /// As the models read it from the environment.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Usual => "usual",
            Self::Full => "full",
            Self::Exhaustive => "exhaustive",
        }
    }
}

/// How one model ended.
#[derive(Debug)]
pub(crate) enum End {
    Passed(Explored),
    Failed { how: How, said: String },
    TimedOut,
}

/// What a failing model found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum How {
    /// Two accesses of which neither happens before the other.
    Race,
    Deadlock,
    Leak,
    /// Something that must not happen, or that must and never does.
    Outcome,
    Assertion,
    /// The process was ended by a signal, as after a panic in a destructor during another panic.
    Abort,
}

impl How {
    fn of(said: &str) -> Option<Self> {
        // A later panic may only be a consequence, such as a leak because of threads that never ended.
        let first = said.split("panicked at").nth(1).unwrap_or(said);
        let says = |text: &str| first.contains(text);
        if says("exceeded maximum number of branches") {
            // Not a finding: a loop that waits for somebody may well be explored for longer.
            None
        } else if says("Causality violation") || says("Concurrent") {
            Some(Self::Race)
        } else if says("deadlock") {
            Some(Self::Deadlock)
        } else if says("leak") {
            Some(Self::Leak)
        } else if says("is none of the expected") || says("never occurred") {
            Some(Self::Outcome)
        } else {
            Some(Self::Assertion)
        }
    }
}

impl std::fmt::Display for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Race => "race",
            Self::Deadlock => "deadlock",
            Self::Leak => "leak",
            Self::Outcome => "outcome",
            Self::Assertion => "assertion",
            Self::Abort => "abort",
        })
    }
}

impl Models {
    /// Compiles the executable and asks it for its models.
    pub(crate) fn build(repository: &Path) -> Result<Self, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["test", "-p", "named-sync-loom-tests", "--test", "models", "--no-run"])
            .args(["--message-format=json-render-diagnostics"])
            .current_dir(repository)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("cargo test: {error}"))?;
        if !output.status.success() {
            return Err("the models do not compile".to_owned());
        }
        let executable = String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|message| message["target"]["name"] == "models")
            .find_map(|message| message["executable"].as_str().map(PathBuf::from))
            .ok_or("cargo test gave no executable of the name `models`")?;
        let bytes = std::fs::read(&executable)
            .map_err(|error| format!("{}: {error}", executable.display()))?;
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let fingerprint = format!("{:016x}", hasher.finish());
        let list = Command::new(&executable)
            .arg("--list")
            .output()
            .map_err(|error| format!("{}: {error}", executable.display()))?;
        let names: Vec<String> = String::from_utf8_lossy(&list.stdout)
            .lines()
            .filter_map(|line| line.strip_suffix(": test"))
            // Neither tests of the harness itself, nor models that must fail.
            .filter(|name| {
                ![
                    "explore::",
                    "checkpoint::",
                    "process::",
                    "public::",
                    "check::",
                    "failing::",
                    "controls::",
                ]
                .iter()
                .any(|part| name.contains(part))
            })
            .map(str::to_owned)
            .collect();
        if names.is_empty() {
            return Err(format!("{} has no models", executable.display()));
        }
        Ok(Self { executable, names, fingerprint, checkpoints: None })
    }

    /// From now on explorations go on from what is kept in this folder, and keep there how far they are.
    pub(crate) fn keep_checkpoints(&mut self, folder: &Path) -> Result<(), String> {
        let failed = |error| format!("{}: {error}", folder.display());
        std::fs::create_dir_all(folder).map_err(failed)?;
        self.checkpoints = Some(std::path::absolute(folder).map_err(failed)?);
        Ok(())
    }

    /// Explores one model, with these variables in its environment.
    pub(crate) fn run(
        &self,
        name: &str,
        variables: &[(&str, &str)],
        timeout: Duration,
    ) -> Result<End, String> {
        let failed = |error: std::io::Error| format!("{name}: {error}");
        let mut said = tempfile::tempfile().map_err(failed)?;
        let mut command = Command::new(&self.executable);
        if let Some(folder) = &self.checkpoints {
            command.env("NAMED_SYNC_CHECKPOINTS", folder);
        }
        let mut child = command
            .args(["--exact", name, "--nocapture", "--test-threads=1"])
            .env("NAMED_SYNC_MODEL_PROCESS", "1")
            .env("RUST_BACKTRACE", "0")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said.try_clone().map_err(failed)?)
            .spawn()
            .map_err(failed)?;
        let deadline = Instant::now() + timeout;
        let status = loop {
            if let Some(status) = child.try_wait().map_err(failed)? {
                break status;
            }
            if Instant::now() > deadline {
                child.kill().map_err(failed)?;
                child.wait().map_err(failed)?;
                return Ok(End::TimedOut);
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let mut text = Vec::new();
        said.rewind().map_err(failed)?;
        said.read_to_end(&mut text).map_err(failed)?;
        let said = String::from_utf8_lossy(&text).into_owned();
        if status.success() {
            let explored =
                explored(&said).ok_or_else(|| format!("{name} explored nothing:\n{said}"))?;
            return Ok(End::Passed(explored));
        }
        if !said.contains("panicked at") {
            return match status.code() {
                None => Ok(End::Failed { how: How::Abort, said }),
                Some(_) => Err(format!("{name} failed without a panic ({status}):\n{said}")),
            };
        }
        Ok(How::of(&said).map_or(End::TimedOut, |how| End::Failed { how, said }))
    }
}

/// What the model's line says.
fn explored(said: &str) -> Option<Explored> {
    let line = said.lines().find_map(|line| line.strip_prefix("model "))?;
    let (_, line) = line.split_once(": ")?;
    let (threads, line) = line.split_once(" threads, ")?;
    let (line, seconds) = line.strip_suffix(" s")?.rsplit_once(" outcomes, ")?;
    let (passes, outcomes) = line.rsplit_once(", ")?;
    let mut bounds = Vec::new();
    let mut executions = 0;
    for pass in passes.split("; ") {
        let (number, bound) = pass.split_once(" executions, ")?;
        executions += number.parse::<u64>().ok()?;
        bounds.push(bound);
    }
    Some(Explored {
        threads: threads.parse().ok()?,
        executions,
        bound: bounds.join("; "),
        outcomes: outcomes.parse().ok()?,
        seconds: seconds.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_model_is_understood() {
        let line = "model a::b: 3 threads, 12 executions, complete as loom reduces them; 30 executions, at most 3 \
                    preemptions, 2 outcomes, 0.50 s";
        let expected = Explored {
            threads: 3,
            executions: 42,
            bound: "complete as loom reduces them; at most 3 preemptions".to_owned(),
            outcomes: 2,
            seconds: 0.5,
        };
        assert_eq!(explored(line), Some(expected));
        assert_eq!(explored("nothing"), None);
    }

    #[test]
    fn the_first_panic_says_what_was_found() {
        let said = |text: &str| {
            format!("\nthread 'a' panicked at x.rs:1:1:\n{text}\nthread 'b' panicked at leak")
        };
        assert_eq!(How::of(&said("Causality violation: Concurrent write")), Some(How::Race));
        assert_eq!(How::of(&said("deadlock; threads = [..]")), Some(How::Deadlock));
        assert_eq!(How::of(&said("the outcome 3 is none of the expected")), Some(How::Outcome));
        assert_eq!(How::of(&said("assertion failed")), Some(How::Assertion));
        assert_eq!(How::of(&said("Model exceeded maximum number of branches")), None);
    }
}
