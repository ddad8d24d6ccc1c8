//! Ties PostgreSQL's life to ours, even when we are killed or exit without running destructors.
//!
//! The watchdog is a shell that reads a pipe. Its other end closes when we end, however we end, and then the shell
//! stops the postmaster. Until then it does nothing.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use tokio::time::sleep;

use super::POLL_INTERVAL;
use super::folder::Folder;
use super::{Lifetime, LocalPostgresError, Result};

/// The arguments are the data directory, the signal, and, if all is to be removed, the whole folder and the socket's.
///
/// Each line that it reads is the pid to stop in the end, or empty for none. It only signals that pid while
/// `postmaster.pid` names it too, and waits for the file when the postmaster has just been started.
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

/// A running watchdog. Dropping it sends it away and waits for it: the postmaster has ended by then.
#[derive(Debug)]
pub(super) struct Watchdog {
    child: Child,
    /// Taken when there is nothing more to tell.
    pipe: Option<ChildStdin>,
}

impl Watchdog {
    /// Starts one, if the lifetime asks for it.
    pub fn start(lifetime: Lifetime, folder: &Folder, socket_dir: &Path) -> Result<Option<Self>> {
        let (signal, removed) = match lifetime {
            Lifetime::Kept => return Ok(None),
            Lifetime::WithParent => ("INT", None),
            Lifetime::Temporary => ("QUIT", Some((folder.root(), socket_dir))),
        };
        let sh = Path::new("/bin/sh");
        let mut command = Command::new(sh);
        command.args(["-c", SCRIPT, "tallystick-watchdog"]).arg(folder.data()).arg(signal);
        if let Some((root, socket_dir)) = removed {
            command.arg(root).arg(socket_dir);
        }
        // Ctrl-C must not reach it, and it must not keep our caller's pipes open after we are gone.
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

    /// Sends it away, its postmaster having ended; returns when it is gone, and the folder too if it removes it.
    pub async fn dismiss(mut self) {
        self.close();
        while matches!(self.child.try_wait(), Ok(None)) {
            sleep(POLL_INTERVAL).await;
        }
    }

    /// The last word is an empty line: there is nothing left to stop.
    fn close(&mut self) {
        if let Some(mut pipe) = self.pipe.take() {
            // If it is gone already, there is nobody to tell.
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
