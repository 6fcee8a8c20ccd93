//! The adapter bound to no engine: what another binding has to do, and that Rhai has no part in it.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use named_sync::{Kind, Registry};
use named_sync_rhai::adapter::{Environment, Failure, Place, Stop, Unsendable, Value, Walk, Why};

/// A value of an engine that has next to none.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Nothing,
    Text(String),
    List(Vec<Cell>),
    Function,
}

impl Value for Cell {
    fn detach(self, walk: &mut Walk) -> Result<Self, Unsendable> {
        match &self {
            Cell::Nothing => walk.count(0)?,
            Cell::Text(text) => walk.count(text.len())?,
            Cell::Function => return Err(Unsendable::Type("closure".to_owned())),
            Cell::List(list) => {
                walk.count(0)?;
                walk.within(|walk| {
                    list.iter().try_for_each(|cell| cell.clone().detach(walk).map(drop))
                })?;
            }
        }
        Ok(self)
    }

    fn is_nothing(&self) -> bool {
        *self == Cell::Nothing
    }
}

const HERE: Place<'static> = Place { file: "job.lisp", line: 3 };

fn environment() -> Environment {
    Environment::new(Arc::new(Registry::new())).with_prefix("lisp/").unwrap()
}

#[test]
fn values_of_any_engine_cross_or_are_refused() {
    let jobs = environment().queue(HERE, "jobs", 2).unwrap();
    let list = Cell::List(vec![Cell::Text("a".to_owned()), Cell::Nothing]);
    assert_eq!(jobs.put(HERE, list.clone(), None), Ok(true));
    assert_eq!(jobs.get(HERE, None), Ok(Some(list)));
    let told = |item| jobs.put(HERE, item, None).unwrap_err().to_string();
    assert_eq!(
        told(Cell::List(vec![Cell::Function])),
        r#"queue "jobs": a closure belongs to its own environment and can not be sent to others"#
    );
    assert!(told(Cell::Nothing).contains("can not be put"));
}

#[test]
fn names_are_those_of_the_environment_and_lines_those_of_the_script() {
    let environment = environment();
    let hits = environment.atomic(HERE, "hits", 7).unwrap();
    assert_eq!((hits.name(), hits.get(HERE)), ("hits", Ok(7)));
    assert_eq!(environment.names(HERE), Ok(vec![(Kind::Atomic, "hits".to_owned())]));
    let error = environment.queue::<Cell>(HERE, "jobs", -1).unwrap_err();
    assert!(error.to_string().starts_with(r#"queue "jobs": maxsize"#), "{error}");
}

#[test]
fn a_call_that_is_ended_says_where_it_was() {
    let stop = Stop::new();
    let group = environment().with_stop(&stop).wait_group(HERE, "all").unwrap();
    group.add(HERE, 1).unwrap();
    let waiting = {
        let group = group.clone();
        thread::spawn(move || group.wait(HERE, None))
    };
    thread::sleep(Duration::from_millis(20));
    stop.stop();
    let Err(Failure::Interrupted(interrupted)) = waiting.join().unwrap() else { panic!() };
    assert_eq!(
        (interrupted.call.as_str(), interrupted.place.as_str(), interrupted.why),
        (r#"wait group "all": wait"#, "job.lisp:3", Why::Stopped)
    );
}
