/// Lends a view for as long as `owner` lives, instead of as long as whatever lent it first.
///
/// The compiler does not follow a view through an object that is a stored property of another. This
/// says it in words: `owner` must keep the view's first lender alive and unchanged in a `let`, for
/// its whole life. What is forgotten is the first lender; whoever calls this with the wrong owner
/// makes a dangling view.
@_lifetime(borrow owner)
package func lend<Owner: AnyObject>(_ span: RawSpan, heldBy owner: borrowing Owner) -> RawSpan {
  // SAFETY: callers hold the first lender in a `let` of `owner`; see the two calls in
  // CPUStreamReader.
  unsafe _overrideLifetime(span, borrowing: owner)
}
