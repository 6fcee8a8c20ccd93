//! The machine and what the bench was built from; CPU clocks, cores and memory as Linux reports them.

use std::fs;
use std::time::Duration;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// What the figures are worth only together with.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) memory: String,
    pub(crate) system: String,
    pub(crate) rustc: &'static str,
    pub(crate) versions: Vec<&'static str>,
}

impl Machine {
    /// This one.
    pub(crate) fn here() -> Self {
        let uname = rustix::system::uname();
        Self {
            cpu: field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned()),
            cores: cores().len(),
            memory: field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown".to_owned()),
            system: format!(
                "{} {} {}",
                uname.sysname().to_string_lossy(),
                uname.release().to_string_lossy(),
                uname.machine().to_string_lossy()
            ),
            rustc: env!("BENCH_RUSTC"),
            versions: env!("BENCH_VERSIONS").split(", ").collect(),
        }
    }

    /// As lines of `what: value`.
    pub(crate) fn lines(&self) -> Vec<String> {
        vec![
            format!("CPU: {}, {} cores for us", self.cpu, self.cores),
            format!("memory: {}", self.memory),
            format!("system: {}", self.system),
            format!("compiler: {}", self.rustc),
            format!("versions: {}", self.versions.join(", ")),
        ]
    }
}

/// The value of a `name : value` line of a file in /proc.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

/// The cores that this process may use.
pub(crate) fn cores() -> Vec<usize> {
    let set = sched_getaffinity(None).expect("a process may read its own affinity");
    (0..CpuSet::MAX_CPU).filter(|&core| set.is_set(core)).collect()
}

/// Keeps the calling thread on one core.
pub(crate) fn pin_to(core: usize) {
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).expect("a thread may stay on one of its cores");
}

/// The CPU time that the calling thread has used.
pub(crate) fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The anonymous memory that is resident, in bytes: heap and stacks, not the program's text.
///
/// smaps_rollup walks the page tables. The counters of statm lag behind by up to 64 pages per thread.
pub(crate) fn resident() -> u64 {
    let value = field("/proc/self/smaps_rollup", "Anonymous").expect("Linux reports memory");
    let kib = value.trim_end_matches("kB").trim();
    kib.parse::<u64>().expect("smaps_rollup counts in kB") * 1024
}
