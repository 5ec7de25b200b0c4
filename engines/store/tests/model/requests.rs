use crate::stepping::Stepping;
use axum::http::{HeaderMap, HeaderValue, Method, header::COOKIE};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;
use store_engine::{Engine, Found, Id, Options, Session, Store};

#[derive(Clone, Copy, Debug)]
pub enum Act {
    Count,
    ReadThenCount,
    Rotate,
    RotateThenCount,
    Destroy,
}

/// What is tried. A request has an act, one of two engines, and one of the cookies that browsers have
/// got by then. The order says which request goes on, or that the next one begins.
#[derive(Clone, Debug)]
pub struct Plan {
    pub requests: Vec<(Act, bool, usize)>,
    pub order: Vec<usize>,
}

/// What a request was told, at the time when it was told.
#[derive(Debug)]
pub enum Event {
    Counted {
        session: u64,
        count: u64,
        /// Whether it came with an id that had been replaced.
        begun_late: bool,
    },
    Ended {
        session: u64,
    },
}

#[derive(Debug)]
pub struct Happened {
    pub events: Vec<Event>,
    /// The counts of the live records of each session.
    pub kept: HashMap<u64, Vec<u64>>,
}

/// What browsers and the model know.
#[derive(Default)]
struct World {
    events: RefCell<Vec<Event>>,
    /// The ids that were ever sent, and their sessions, which have numbers.
    cookies: RefCell<Vec<(String, u64)>>,
    replaced: RefCell<Vec<String>>,
    sessions: Cell<u64>,
}

/// Runs a plan to its end.
pub fn run(store: &Stepping, plan: &Plan) -> Happened {
    let options = Options::default();
    let engines = [(); 2].map(|()| Engine::new(store.clone(), &options).unwrap());
    let world = Rc::new(World::default());
    let mut waiting = plan.requests.iter();
    let mut running: Vec<Pin<Box<dyn Future<Output = ()>>>> = Vec::new();
    let mut order = plan.order.iter();
    loop {
        let choices = running.len() + usize::from(waiting.len() > 0);
        if choices == 0 {
            break;
        }
        // When the order has come to its end, they go on in turns.
        let choice = order.next().map_or(0, |choice| choice % choices);
        if choice == running.len() {
            let (act, is_second, cookie) = waiting.next().unwrap();
            let engine = &engines[usize::from(*is_second)];
            running.push(Box::pin(request(Rc::clone(&world), engine.clone(), *act, *cookie)));
            continue;
        }
        let mut next = running.remove(choice);
        let mut context = Context::from_waker(Waker::noop());
        if next.as_mut().poll(&mut context) == Poll::Pending {
            running.push(next);
        }
    }
    let kept = kept(store, &world.cookies.borrow());
    let events = world.events.take();
    Happened { events, kept }
}

async fn request(world: Rc<World>, engine: Engine, act: Act, cookie: usize) {
    let cookie = {
        let cookies = world.cookies.borrow();
        // One more than there are: a visitor without a cookie.
        cookies.get(cookie % (cookies.len() + 1)).cloned()
    };
    let mut headers = HeaderMap::new();
    if let Some((id, _)) = &cookie {
        headers.insert(COOKIE, HeaderValue::try_from(format!("__Host-id={id}")).unwrap());
    }
    let is_late = cookie.as_ref().is_some_and(|(id, _)| world.replaced.borrow().contains(id));
    let session = engine.open(&Method::GET, &headers);
    let mut own = cookie.as_ref().map(|(_, number)| *number);
    match act {
        Act::Count => count(&world, &session, &mut own, is_late).await,
        Act::ReadThenCount => {
            session.read().await.unwrap();
            count(&world, &session, &mut own, is_late).await;
        }
        Act::Rotate => {
            // An error: the session has ended or has another id, and the rest will show it.
            let _ = session.rotate().await;
        }
        Act::RotateThenCount => {
            let _ = session.rotate().await;
            count(&world, &session, &mut own, is_late).await;
        }
        Act::Destroy => {
            if session.destroy().await.is_ok()
                && let Some(session) = own
            {
                world.events.borrow_mut().push(Event::Ended { session });
            }
        }
    }
    let set_cookie = session.close().await;
    if let Some(header) = set_cookie
        && let Some(number) = own
    {
        let pair = header.to_str().unwrap().split(';').next().unwrap();
        let id = pair.split_once('=').unwrap().1.to_owned();
        // Empty: the cookie is removed.
        if !id.is_empty() {
            let replaced = cookie.filter(|(_, session)| *session == number);
            world.replaced.borrow_mut().extend(replaced.map(|(id, _)| id));
            world.cookies.borrow_mut().push((id, number));
        }
    }
}

/// Counts up. A session that begins gets a number.
async fn count(world: &World, session: &Session, own: &mut Option<u64>, begun_late: bool) {
    let update = session.update(|data| {
        let number = match data.get("number")? {
            Some(number) => number,
            None => {
                world.sessions.set(world.sessions.get() + 1);
                world.sessions.get()
            }
        };
        let count = data.get("counter")?.unwrap_or(0) + 1;
        data.insert("number", number)?;
        data.insert("counter", count)?;
        Ok((number, count))
    });
    if let Ok((number, count)) = update.await {
        *own = Some(number);
        world.events.borrow_mut().push(Event::Counted { session: number, count, begun_late });
    }
}

/// The counts of the records that are alive under the ids that were sent.
fn kept(store: &Stepping, cookies: &[(String, u64)]) -> HashMap<u64, Vec<u64>> {
    let mut kept: HashMap<u64, Vec<u64>> = HashMap::new();
    for (id, number) in cookies {
        let key = Id::parse(id.as_bytes()).unwrap().key();
        let mut load = store.memory.load(&key, SystemTime::now());
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(found) = load.as_mut().poll(&mut context) else { unreachable!() };
        if let Found::Live(record) = found.unwrap() {
            kept.entry(*number).or_default().push(record.data.get("counter").unwrap().unwrap());
        }
    }
    kept
}
