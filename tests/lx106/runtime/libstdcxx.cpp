// What programs need of libstdc++, which Debian does not build for this processor: memory from malloc(), errors that end
// the program, std::string, and a search tree for std::map and std::set.
#include <bits/stl_tree.h>
#include <cstdio>
#include <cstdlib>
#include <string>

template class std::basic_string<char>;

namespace {

[[noreturn]] void give_up(const char* what) {
  std::printf("the C++ library gives up: %s\n", what);
  std::exit(134);
}

void* allocate(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) give_up("out of memory");
  return memory;
}

using Node = std::_Rb_tree_node_base;

// The node after `node` in order, and, mirrored, the one before it.
template <Node* Node::*Left, Node* Node::*Right>
Node* follow(Node* node) {
  if (node->*Right != nullptr) {
    node = node->*Right;
    while (node->*Left != nullptr) node = node->*Left;
    return node;
  }
  Node* parent = node->_M_parent;
  while (node == parent->*Right) {
    node = parent;
    parent = parent->_M_parent;
  }
  // Coming from the root, which is the last one, `node` is the header already.
  return node->*Right == parent ? node : parent;
}

void replace(Node* old, Node* with, Node& header) {
  if (header._M_parent == old) {
    header._M_parent = with;
  } else if (old->_M_parent->_M_left == old) {
    old->_M_parent->_M_left = with;
  } else {
    old->_M_parent->_M_right = with;
  }
  if (with != nullptr) with->_M_parent = old->_M_parent;
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

extern "C" {
void* __dso_handle = nullptr;
int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }  // the program ends by leaving the emulator
void __cxa_pure_virtual() { give_up("pure virtual call"); }
}

namespace std {

void __throw_bad_alloc() { give_up("bad_alloc"); }
void __throw_bad_array_new_length() { give_up("bad_array_new_length"); }
void __throw_bad_function_call() { give_up("bad_function_call"); }
void __throw_invalid_argument(const char* what) { give_up(what); }
void __throw_length_error(const char* what) { give_up(what); }
void __throw_logic_error(const char* what) { give_up(what); }
void __throw_out_of_range(const char* what) { give_up(what); }
void __throw_out_of_range_fmt(const char* what, ...) { give_up(what); }

// The containers order their nodes by these. Nothing is balanced: tests hold few.
Node* _Rb_tree_increment(Node* node) noexcept { return follow<&Node::_M_left, &Node::_M_right>(node); }
const Node* _Rb_tree_increment(const Node* node) noexcept { return _Rb_tree_increment(const_cast<Node*>(node)); }

Node* _Rb_tree_decrement(Node* node) noexcept {
  const bool is_header = node->_M_color == _S_red;  // only the header is ever red here
  return is_header ? node->_M_right : follow<&Node::_M_right, &Node::_M_left>(node);
}
const Node* _Rb_tree_decrement(const Node* node) noexcept { return _Rb_tree_decrement(const_cast<Node*>(node)); }

void _Rb_tree_insert_and_rebalance(const bool left, Node* node, Node* parent, Node& header) noexcept {
  node->_M_parent = parent;
  node->_M_left = node->_M_right = nullptr;
  node->_M_color = _S_black;
  if (parent == &header) {
    header._M_parent = header._M_left = header._M_right = node;
  } else if (left) {
    parent->_M_left = node;
    if (header._M_left == parent) header._M_left = node;
  } else {
    parent->_M_right = node;
    if (header._M_right == parent) header._M_right = node;
  }
}

Node* _Rb_tree_rebalance_for_erase(Node* const node, Node& header) noexcept {
  if (header._M_left == node) header._M_left = _Rb_tree_increment(node);
  if (header._M_right == node) header._M_right = header._M_left == &header ? &header : _Rb_tree_decrement(node);
  if (node->_M_left == nullptr || node->_M_right == nullptr) {
    replace(node, node->_M_left != nullptr ? node->_M_left : node->_M_right, header);
    return node;
  }
  Node* next = node->_M_right;
  while (next->_M_left != nullptr) next = next->_M_left;
  replace(next, next->_M_right, header);
  replace(node, next, header);
  next->_M_left = node->_M_left;
  next->_M_right = node->_M_right;
  next->_M_left->_M_parent = next;
  if (next->_M_right != nullptr) next->_M_right->_M_parent = next;
  return node;
}

}  // namespace std
