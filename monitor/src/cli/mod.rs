//! The command line: what was asked for, and with which code the process ends.
//!
//! 0: done. 1: it did not work (no such host, host lost). 2: it could not work (wrong usage, no terminal). `watch` has
//! codes of its own: 1 is a problem, and a host that is not there is 3.

mod options;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use options::{Limits, Looks};
use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use syncmon::headless::{self, Outcome, Watching};
use syncmon::recording::{self, ReadError, Recording};
use syncmon::view::Theme;
use syncmon::viewer::Ended;
use syncmon::{agent, client, demo, hosts, report, viewer};

/// Watch a program's named synchronization primitives: who is blocked, where, and for how long.
#[derive(Debug, Parser)]
#[command(name = "syncmon", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// A process id or the path of a socket; without it, the host there is, or a choice of several
    target: Option<String>,
    /// Print the configuration, with what can be said in it
    #[arg(long, conflicts_with = "target")]
    print_config: bool,
    #[command(flatten)]
    looks: Looks,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the hosts on this machine
    Ls {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the state of a host once, without a screen
    Snapshot {
        /// A process id or the path of a socket
        target: String,
        /// How to print it
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Print a line for each problem of a host that appears or goes
    ///
    /// Exit codes: 0 the time is over; 1 there is a problem; 3 the host is not there, or is no more.
    Watch {
        /// A process id or the path of a socket
        target: String,
        /// End with exit code 1 at the first problem, after some seconds for others to be seen
        #[arg(long)]
        problems: bool,
        /// End after this time, such as 10s, 1.5m or 500ms; without it, never
        #[arg(long, value_name = "TIME", value_parser = syncmon::model::parse_time)]
        r#for: Option<Duration>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        limits: Limits,
    },
    /// Keep what a host says in a file, until it ends, for `replay`
    Record {
        /// A process id or the path of a socket
        target: String,
        /// Where to; a recording that is there is gone on with
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// End after this time, such as 10s, 1.5m or 500ms
        #[arg(long, value_name = "TIME", value_parser = syncmon::model::parse_time)]
        r#for: Option<Duration>,
    },
    /// Show a recording as if it were a host
    Replay {
        /// What `record` has written
        file: PathBuf,
        #[command(flatten)]
        looks: Looks,
    },
    /// Print what a shell needs to complete the arguments
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Count the lines, words and bytes of a directory through the primitives, and watch it being done
    Demo {
        /// What to count; every regular file under it, symbolic links are not followed
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// One pass without a screen; prints the totals
        #[arg(long, conflicts_with = "stuck")]
        once: bool,
        /// Print the totals as JSON
        #[arg(long, requires = "once")]
        json: bool,
        /// Stage a deadlock to look at
        #[arg(long)]
        stuck: bool,
        #[command(flatten)]
        looks: Looks,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Tables
    Text,
    /// One JSON object
    Json,
    /// For scrapers
    Openmetrics,
}

/// Why it did not work, and the code to end with.
#[derive(Debug)]
enum Failure {
    /// It could not work as it was asked for: 2.
    Usage(String),
    /// It did not work: 1.
    Runtime(String),
    /// There is a problem, as has been printed: 1.
    Problem,
    /// The host to watch is not there: 3.
    NoHost(String),
    /// A signal: 128 and its number, as shells have it.
    Signal(u8),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Runtime(error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(reason) | Failure::Runtime(reason) | Failure::NoHost(reason) => {
                f.write_str(reason)
            }
            Failure::Problem => f.write_str("there is a problem"),
            Failure::Signal(number) => write!(f, "ended by signal {number}"),
        }
    }
}

/// Does what the command line says.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        None if cli.print_config => print_config(&cli.looks),
        None => attach(cli.target.as_deref(), &cli.looks),
        Some(Command::Ls { json }) => list(json),
        Some(Command::Snapshot { target, format }) => snapshot(&target, format),
        Some(Command::Watch { target, problems, r#for, json, limits }) => {
            limits.config().and_then(|config| {
                let thresholds = config.thresholds;
                let watching = Watching { until_problem: problems, until: r#for, json, thresholds };
                watch(&target, watching)
            })
        }
        Some(Command::Record { target, output, r#for }) => record(&target, &output, r#for),
        Some(Command::Replay { file, looks }) => replay(&file, &looks),
        Some(Command::Completions { shell }) => completions(shell),
        Some(Command::Man) => manual(),
        Some(Command::Demo { dir, once: true, json, .. }) => count(dir, json),
        Some(Command::Demo { dir, stuck, looks, .. }) => show_demo(dir, stuck, &looks),
    };
    let Err(failure) = done else { return ExitCode::SUCCESS };
    if !matches!(failure, Failure::Signal(_) | Failure::Problem) {
        // If nobody reads our errors either, the code still tells.
        let _ = writeln!(io::stderr(), "syncmon: {failure}");
    }
    match failure {
        Failure::Usage(_) => ExitCode::from(2),
        Failure::Runtime(_) | Failure::Problem => ExitCode::FAILURE,
        Failure::NoHost(_) => ExitCode::from(3),
        Failure::Signal(number) => ExitCode::from(128 + number),
    }
}

fn print_config(looks: &Looks) -> Result<(), Failure> {
    print(&looks.config()?.to_toml())
}

fn attach(target: Option<&str>, looks: &Looks) -> Result<(), Failure> {
    let settings = looks.settings()?;
    need_terminal("syncmon", "syncmon ls` and `syncmon snapshot TARGET")?;
    let socket = match target {
        Some(target) => hosts::resolve(target)?,
        None => match choose(settings.theme)? {
            Ok(socket) => socket,
            Err(ended) => return end(ended),
        },
    };
    end(viewer::watch(&socket, settings)?)
}

/// The only host there is, or the one the user picks.
fn choose(theme: Theme) -> Result<Result<PathBuf, Ended>, Failure> {
    let mut found = hosts::find()?;
    match found.len() {
        0 => Err(Failure::Runtime(nobody())),
        1 => Ok(Ok(found.remove(0).socket)),
        _ => Ok(viewer::pick(&found, theme)?),
    }
}

fn nobody() -> String {
    "no host runs here. A program becomes one with `syncmon::agent::serve(named_sync::global())`; \
     `syncmon demo` is one to try"
        .to_owned()
}

fn list(json: bool) -> Result<(), Failure> {
    let found = hosts::find()?;
    if json {
        print(&report::hosts_json(&found))
    } else if found.is_empty() {
        let _ = writeln!(io::stderr(), "syncmon: {}", nobody());
        Ok(())
    } else {
        print(&report::hosts_text(&found))
    }
}

fn snapshot(target: &str, format: Format) -> Result<(), Failure> {
    let socket = hosts::resolve(target)?;
    let snapshot = client::snapshot(&socket).map_err(|error| {
        Failure::Runtime(format!("{}: {error}", syncmon::escape::escape(target)))
    })?;
    print(&match format {
        Format::Text => report::snapshot_text(&snapshot),
        Format::Json => report::snapshot_json(&snapshot),
        Format::Openmetrics => report::snapshot_openmetrics(&snapshot),
    })
}

fn watch(target: &str, watching: Watching) -> Result<(), Failure> {
    let socket = hosts::resolve(target).map_err(|error| Failure::NoHost(error.to_string()))?;
    let outcome = headless::watch(&socket, watching, &mut io::stdout().lock());
    match outcome {
        Ok(Outcome::TimeOver) => Ok(()),
        Ok(Outcome::Problem) => Err(Failure::Problem),
        Ok(Outcome::Lost(reason)) => {
            Err(Failure::NoHost(format!("{}: {reason}", syncmon::escape::escape(target))))
        }
        // A reader that has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn record(target: &str, path: &Path, until: Option<Duration>) -> Result<(), Failure> {
    let socket = hosts::resolve(target)?;
    let in_file = |error: io::Error| Failure::Usage(format!("{}: {error}", shown(path)));
    // Read as well: a line that was cut off is looked for. For nobody else's eyes, as the socket is.
    let mut options = File::options();
    options.read(true).append(true).create(true).mode(0o600);
    let file = options.open(path).map_err(in_file)?;
    match Recording::open(path) {
        Ok(_) | Err(ReadError::Empty) => {}
        // Nothing is added to what is no recording.
        Err(error) => return Err(unreadable(path, &error)),
    }
    let recorded = recording::record(&socket, file, until).map_err(|error| {
        Failure::Runtime(format!("{}: {error}", syncmon::escape::escape(target)))
    })?;
    let why = recorded.lost.map_or_else(|| "the time is over".to_owned(), |lost| lost.to_string());
    let said = format!("{} lines in {}; {why}", recorded.lines, shown(path));
    let _ = writeln!(io::stderr(), "syncmon: {said}");
    Ok(())
}

fn replay(path: &Path, looks: &Looks) -> Result<(), Failure> {
    let settings = looks.settings()?;
    let recording = Recording::open(path).map_err(|error| unreadable(path, &error))?;
    need_terminal("syncmon replay", "syncmon snapshot")?;
    end(viewer::replay(recording, settings)?)
}

fn shown(path: &Path) -> String {
    syncmon::escape::escape(&path.to_string_lossy()).into_owned()
}

fn unreadable(path: &Path, error: &ReadError) -> Failure {
    Failure::Usage(format!("{}: {error}", shown(path)))
}

fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "syncmon", &mut script);
    print(&String::from_utf8_lossy(&script))
}

fn manual() -> Result<(), Failure> {
    let mut page = Vec::new();
    let mut command = Cli::command();
    command.build();
    let man = clap_mangen::Man::new(command.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_options_section(&mut page)?;
    // On this page, not on pages of their own: they are few.
    for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
        writeln!(page, ".SH \"SYNCMON {}\"", command.get_name().to_uppercase())?;
        let man = clap_mangen::Man::new(command.clone());
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    print(&String::from_utf8_lossy(&page))
}

fn count(dir: PathBuf, json: bool) -> Result<(), Failure> {
    demo::check_dir(&dir).map_err(|error| Failure::Usage(error.to_string()))?;
    let totals = demo::once(named_sync::global(), &dir)?;
    print(&if json { totals.to_json() } else { totals.to_text() })
}

fn show_demo(dir: PathBuf, stuck: bool, looks: &Looks) -> Result<(), Failure> {
    let settings = looks.settings()?;
    demo::check_dir(&dir).map_err(|error| Failure::Usage(error.to_string()))?;
    need_terminal("syncmon demo", "syncmon demo DIR --once --json")?;
    let registry = named_sync::global();
    let agent = agent::serve(registry)?;
    if stuck {
        demo::stuck(registry)?;
    } else {
        demo::live(registry, dir)?;
    }
    // The demo watches itself as it would be watched by anybody: through its socket.
    end(viewer::watch(agent.path(), settings)?)
}

fn end(ended: Ended) -> Result<(), Failure> {
    match ended {
        Ended::Quit => Ok(()),
        Ended::Signal(number) => Err(Failure::Signal(u8::try_from(number).unwrap_or(0))),
    }
}

fn need_terminal(command: &str, instead: &str) -> Result<(), Failure> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "`{command}` needs a terminal for its screen; without one, use `{instead}`"
    )))
}

/// Prints to the standard output. A reader that has seen enough (`syncmon ls | head -1`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
