//! Stops PostgreSQL when this process ends, even if it is killed or exits without running destructors.
//!
//! The watchdog is a shell that reads a pipe. The other end closes when this process ends, however it ends. Then the
//! shell stops the postmaster. Until then it does nothing.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use tokio::time::sleep;

use super::POLL_INTERVAL;
use super::folder::Folder;
use super::{Lifetime, LocalPostgresError, Result};

/// The arguments are the data directory and the signal. Two more, the data folder and the socket's folder, are removed
/// in the end.
///
/// Each line that the script reads is the process id to stop in the end, or empty for none. The script signals that
/// process only while `postmaster.pid` names it, too. It waits for the file if the postmaster has just been started.
const SCRIPT: &str = r#"
while read -r line; do pid=$line; done
left=600
while [ -n "$pid" ] && kill -0 "$pid" && [ "$left" -gt 0 ]; do
    owner=
    read -r owner <"$1/postmaster.pid"
    if [ "$owner" = "$pid" ]; then
        [ -n "$told" ] || kill -s "$2" "$pid"
        told=yes
    elif [ -n "$told" ]; then
        break
    fi
    left=$((left - 1))
    sleep 0.1 || sleep 1
done
if [ -n "$3" ]; then
    rm -rf -- "$3" || { sleep 1; rm -rf -- "$3"; }
    rmdir -- "$4"
fi
"#;

/// A running watchdog. Dropping it ends it and waits for its end. The postmaster must have ended before.
#[derive(Debug)]
pub(super) struct Watchdog {
    child: Child,
    /// `None` once the watchdog has been told to end.
    pipe: Option<ChildStdin>,
}

impl Watchdog {
    /// Starts a watchdog, if the lifetime asks for one.
    pub fn start(lifetime: Lifetime, folder: &Folder, socket_dir: &Path) -> Result<Option<Self>> {
        let (signal, removed) = match lifetime {
            Lifetime::Kept => return Ok(None),
            Lifetime::WithParent => ("INT", None),
            Lifetime::Temporary => ("QUIT", Some((folder.root(), socket_dir))),
        };
        let sh = Path::new("/bin/sh");
        let mut command = Command::new(sh);
        let name = format!("{}-watchdog", folder.program().name);
        command.args(["-c", SCRIPT, &name]).arg(folder.data()).arg(signal);
        if let Some((root, socket_dir)) = removed {
            command.arg(root).arg(socket_dir);
        }
        // Ctrl-C must not reach the watchdog. Nor may it hold this process's standard streams open after its end.
        command.current_dir("/").process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let failed = LocalPostgresError::io("run", sh);
        let mut child = command.spawn().map_err(failed)?;
        let pipe = child.stdin.take();
        Ok(Some(Self { child, pipe }))
    }

    /// Names the postmaster to stop in the end.
    pub fn watch(&mut self, pid: u32) -> Result<()> {
        let Some(pipe) = &mut self.pipe else { return Ok(()) };
        writeln!(pipe, "{pid}").map_err(LocalPostgresError::io("write to", Path::new("the watchdog's pipe")))
    }

    /// Ends the watchdog after the postmaster has ended. Returns when the watchdog is gone, and the folder if it removes it.
    pub async fn dismiss(mut self) {
        self.close();
        while matches!(self.child.try_wait(), Ok(None)) {
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Sends an empty line: there is nothing left to stop.
    fn close(&mut self) {
        if let Some(mut pipe) = self.pipe.take() {
            // This fails only if the watchdog is already gone.
            let _ = pipe.write_all(b"\n");
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.close();
        let _ = self.child.wait();
    }
}
