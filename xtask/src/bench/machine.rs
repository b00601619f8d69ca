//! What the figures were measured on. Without it a figure says nothing.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::median;
use crate::process;

/// How often the disk is asked to make a page durable.
const DISK_PROBES: usize = 200;
/// One page of the database.
const PAGE: [u8; 4096] = [0x5a; 4096];

/// The machine, the toolchain and the revision.
pub(super) struct Machine {
    pub(super) processor: String,
    pub(super) cores: usize,
    pub(super) memory_gib: u64,
    pub(super) kernel: String,
    pub(super) file_system: String,
    /// Median time to make one appended page durable: the floor under every durable commit.
    pub(super) durable_write: Duration,
    pub(super) compiler: String,
    pub(super) revision: String,
}

impl Machine {
    /// Describes this machine; `data` is the folder in which the databases lie.
    pub(super) fn describe(data: &Path) -> Result<Self> {
        let read = |path: &str| fs::read_to_string(path).with_context(|| format!("no {path}"));
        Ok(Self {
            processor: field(&read("/proc/cpuinfo")?, "model name")
                .unwrap_or("unknown")
                .to_owned(),
            cores: std::thread::available_parallelism()?.get(),
            memory_gib: memory_gib(&read("/proc/meminfo")?),
            kernel: read("/proc/sys/kernel/osrelease")?.trim().to_owned(),
            file_system: file_system(&read("/proc/mounts")?, data).to_owned(),
            durable_write: durable_write(data)?,
            compiler: process::output(Command::new("rustc").arg("--version"))?
                .trim()
                .to_owned(),
            revision: process::output(
                Command::new("git").args(["describe", "--always", "--dirty"]),
            )?
            .trim()
            .to_owned(),
        })
    }
}

/// The value of the first `name : value` line.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim())
    })
}

fn memory_gib(meminfo: &str) -> u64 {
    let kib = field(meminfo, "MemTotal").and_then(|value| value.split(' ').next()?.parse().ok());
    // The kernel keeps some for itself, so round to the nearest instead of down.
    let gib = 1024 * 1024;
    kib.map_or(0, |kib: u64| (kib + gib / 2) / gib)
}

/// The type of the file system on which a folder lies: that of the longest mount point above it.
fn file_system<'a>(mounts: &'a str, folder: &Path) -> &'a str {
    mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ').skip(1);
            Some((fields.next()?, fields.next()?))
        })
        .filter(|(point, _)| folder.starts_with(point))
        .max_by_key(|(point, _)| point.len())
        .map_or("unknown", |(_, kind)| kind)
}

fn durable_write(folder: &Path) -> Result<Duration> {
    let path = folder.join("disk-probe");
    let mut file = File::create(&path)?;
    let mut times = Vec::with_capacity(DISK_PROBES);
    for _ in 0..DISK_PROBES {
        let begin = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        times.push(begin.elapsed().as_secs_f64());
    }
    fs::remove_file(&path)?;
    Ok(Duration::from_secs_f64(median(&mut times)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_and_the_memory_are_read() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Quick 3000: Turbo\nmodel name\t: other\n";
        assert_eq!(field(cpuinfo, "model name"), Some("Quick 3000: Turbo"));
        assert_eq!(field("", "model name"), None);
        assert_eq!(memory_gib("MemTotal:       24614176 kB\n"), 23);
        assert_eq!(memory_gib("nonsense"), 0);
    }

    #[test]
    fn the_file_system_is_that_of_the_nearest_mount() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/b /tmp/deep xfs rw 0 0\n";
        assert_eq!(file_system(mounts, Path::new("/var/lib")), "ext4");
        assert_eq!(file_system(mounts, Path::new("/tmp/x")), "tmpfs");
        assert_eq!(file_system(mounts, Path::new("/tmp/deep/x")), "xfs");
        assert_eq!(file_system("", Path::new("/x")), "unknown");
    }
}
