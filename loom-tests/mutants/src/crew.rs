//! Work that is shared out among threads, behind a progress bar.

use std::thread;

use indicatif::{ProgressBar, ProgressStyle};
use named_sync::Queue;

/// Does `work` for each of the tasks, on so many threads, and gives each result to `take` on this one as it comes.
///
/// # Errors
///
/// The first that `work` or `take` returns; tasks that nobody has begun by then are left out.
pub(crate) fn share<T, R>(
    what: &'static str,
    jobs: usize,
    tasks: Vec<T>,
    work: impl Fn(&T) -> Result<R, String> + Sync,
    mut take: impl FnMut(&T, R) -> Result<(), String>,
) -> Result<(), String>
where
    T: Send + Sync,
    R: Send,
{
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}, {eta} left")
        .expect("the template is a constant");
    let bar = ProgressBar::new(tasks.len() as u64).with_style(style).with_message(what);
    let (todo, done) = (Queue::unbounded(), Queue::unbounded());
    for index in 0..tasks.len() {
        todo.put(index).expect("nobody has closed it");
    }
    todo.close();
    let result = thread::scope(|scope| {
        let (todo, done, tasks, work) = (&todo, &done, &tasks, &work);
        for _ in 0..jobs.min(tasks.len()) {
            scope.spawn(move || {
                while let Some(index) = todo.get() {
                    // Closed: somebody failed, and nobody waits for this.
                    if done.put((index, work(&tasks[index]))).is_err() {
                        break;
                    }
                }
            });
        }
        for _ in 0..tasks.len() {
            let (index, result) = done.get().expect("only this thread closes it");
            if let Err(error) = result.and_then(|result| take(&tasks[index], result)) {
                done.close();
                return Err(error);
            }
            bar.inc(1);
        }
        Ok(())
    });
    bar.finish_and_clear();
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_is_done_once() {
        let mut sum = 0;
        let result = share(
            "",
            3,
            (1..=100).collect(),
            |task| Ok(task * 2),
            |task, double| {
                assert_eq!(double, task * 2);
                sum += double;
                Ok(())
            },
        );
        assert_eq!((result, sum), (Ok(()), 10_100));
    }

    #[test]
    fn an_error_ends_the_work() {
        let work = |task: &u32| if *task == 3 { Err("three".to_owned()) } else { Ok(()) };
        assert_eq!(
            share("", 2, (1..=100).collect(), work, |_, ()| Ok(())),
            Err("three".to_owned())
        );
    }
}
